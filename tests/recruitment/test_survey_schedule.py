"""When surveys are due: steps counted by hand."""

from sklearn_sparcs._recruitment.survey_schedule import SurveySchedule


def held(schedule, n_steps, n_samples, *, soon=(), batch=8, n_live=5):
    """The steps at which a survey is due, one held whenever it is."""
    found = []
    for step in range(n_steps):
        if step in soon:
            schedule.soon()
        if schedule.due(step):
            found.append(step)
            schedule.held(step, n_live, n_samples)
        schedule.trained(batch)
    return found


def test_surveys_become_rare_where_the_network_does_not_grow():
    # the first finds five neurons; then waits of 8, 12, 18 … and at most 64 steps
    expected = [0, 8, 20, 38, 65, 106, 167, 231, 295, 359, 423, 487, 551]
    expected += [600, 612, 630, 657, 698]
    assert held(SurveySchedule(), 700, 8, soon=(600,)) == expected


def test_surveys_are_frequent_while_it_grows():
    schedule, n_live = SurveySchedule(), 0
    for step in range(0, 80, 8):
        assert schedule.due(step) and not schedule.due(step - 1)
        n_live += 1
        schedule.held(step, n_live, 1)
        schedule.trained(100)


def test_training_sees_four_times_the_samples_of_a_survey():
    assert held(SurveySchedule(), 60, 100) == [0, 50]  # 400 samples, eight a step


def test_where_no_layer_has_room_the_last_survey_still_counts():
    schedule = SurveySchedule()
    schedule.held(0, 5, 100)
    schedule.trained(400)
    schedule.held(50, 5, None)
    schedule.trained(399)
    assert not schedule.due(100)
    schedule.trained(1)
    assert schedule.due(100)


def test_soon_is_at_once_however_large_the_last_survey_was():
    schedule = SurveySchedule()
    schedule.held(0, 5, 10**6)
    assert not schedule.due(1000)
    schedule.soon()
    assert schedule.due(1)
