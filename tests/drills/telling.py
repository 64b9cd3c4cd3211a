"""What every drill takes from its command line, and what it says at its end."""

import argparse
import json
import time
from typing import Any


def parser(about: str | None, *, kills: int = 20) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--url", required=True)
    made.add_argument("--kills", type=int, default=kills)
    made.add_argument("--seed", type=int, default=int(time.time()))
    return made


def tell(figures: dict[str, Any], /, **kept: bool) -> int:
    """Prints the figures and the names of what was not kept as one line of JSON; returns the exit status."""
    broken = [name for name, is_kept in kept.items() if not is_kept]
    print(json.dumps(figures | {"broken": broken, "ok": not broken}, ensure_ascii=False))
    return 1 if broken else 0


def is_clean(journals: dict[str, int]) -> bool:
    """Of `serving.judged`: what was acknowledged is there, and nothing is there that was refused or twice."""
    return not any(journals[name] for name in ("lost", "unexplained", "refused_but_stored", "doubled"))
