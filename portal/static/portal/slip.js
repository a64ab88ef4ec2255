// Prints the slip; and makes a reload ask for the page anew, where the code can no longer be seen.
document.querySelector("[data-print]").addEventListener("click", () => window.print());
history.replaceState(null, "", location.href);
