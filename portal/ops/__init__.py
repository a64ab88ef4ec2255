"""Operations: what comes in from the hospital's systems, what stuck, and putting it right."""
