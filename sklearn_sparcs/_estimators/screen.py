"""What `verbose` shows: to the log, where one is kept, and else on the screen."""

import logging


def show(*words: str) -> None:
    """Log a line as information, or print it where nobody logs that.

    The logger is ``sklearn_sparcs``; ``logging.basicConfig(level="INFO")`` keeps it.
    """
    logger, line = logging.getLogger("sklearn_sparcs"), " ".join(words)
    if logger.isEnabledFor(logging.INFO):
        logger.info(line)
    else:
        print(line, flush=True)
