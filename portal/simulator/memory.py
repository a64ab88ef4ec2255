"""What a demo remembers between two starts, so that the second goes on where the first stopped."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass
class Memory:
    """Kept in a file beside the database: the seed and time of the made-up past, and how far."""

    path: Path
    seed: int
    began_at: datetime
    token: str = ""
    loaded: list[str] = field(default_factory=list)

    def keep(self) -> None:
        kept = asdict(self)
        del kept["path"]
        kept["began_at"] = self.began_at.isoformat()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(kept), "utf-8")
        draft.replace(self.path)

    def has(self, step: str) -> bool:
        return step in self.loaded

    def done(self, step: str) -> None:
        if step not in self.loaded:
            self.loaded.append(step)
            self.keep()


def remembered(folder: Path, database: str, seed: int, now: datetime) -> Memory:
    """Return what is known of the demo in this database, or the beginning of a new one."""
    name = hashlib.sha256(database.encode()).hexdigest()[:12]
    path = folder / f"demo-{name}.json"
    try:
        kept = json.loads(path.read_text("utf-8"))
        return Memory(
            path,
            seed=int(kept["seed"]),
            began_at=datetime.fromisoformat(kept["began_at"]),
            token=str(kept["token"]),
            loaded=[str(step) for step in kept["loaded"]],
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Memory(path, seed, now)
