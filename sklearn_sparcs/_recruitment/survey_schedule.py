"""When surveys for new neurons are held."""

#: Steps between two surveys, at least, while the network grows.
SHORTEST_INTERVAL = 8.0
#: The interval after a survey that did not make the network larger than ever before, in
#: that before it.
INTERVAL_GROWTH = 1.5
#: Steps between two surveys, at most, unless the surveys are large.
LONGEST_INTERVAL = 64.0
#: Between two surveys training sees at least this many times the samples of one.
SURVEY_COST = 4


class SurveySchedule:
    """When to survey: often while the network grows, ever more rarely otherwise.

    Steps are counted by the caller, samples here.
    """

    def __init__(self) -> None:
        self._next, self._interval = 0.0, SHORTEST_INTERVAL
        self._n_seen, self._n_surveyed = 0, 0  # samples since, and in, the last survey
        self._most_live = 0

    def due(self, n_steps: int) -> bool:
        """Whether a survey is due after so many steps in all."""
        rested = self._n_seen >= SURVEY_COST * self._n_surveyed
        return rested and n_steps >= self._next

    def trained(self, n_samples: int) -> None:
        """Record a step on so many samples."""
        self._n_seen += n_samples

    def held(self, n_steps: int, n_live: int, n_samples: int | None) -> None:
        """Record a survey.

        Parameters
        ----------
        n_steps : int
            Steps in all until then.
        n_live : int
            Live neurons after it.
        n_samples : int or None
            Samples that it looked at; None if no layer had room, and none was asked.
        """
        grown = n_live > self._most_live
        longer = min(INTERVAL_GROWTH * self._interval, LONGEST_INTERVAL)
        self._interval = SHORTEST_INTERVAL if grown else longer
        self._most_live = max(n_live, self._most_live)
        self._next, self._n_seen = n_steps + self._interval, 0
        if n_samples is not None:
            self._n_surveyed = n_samples

    def soon(self) -> None:
        """Make the next survey due at once, and later ones as frequent as at first."""
        self._next, self._interval = 0.0, SHORTEST_INTERVAL
        self._n_seen = SURVEY_COST * self._n_surveyed
