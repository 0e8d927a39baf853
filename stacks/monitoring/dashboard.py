"""One page about all processes: are they proved, how large are their policies, what is slow."""

from collections.abc import Sequence

from aws_cdk import Duration, aws_cloudwatch, aws_stepfunctions
from constructs import Construct

from stacks.monitoring.metrics import each
from stacks.settings import Settings

PERIOD = Duration.days(1)  # runs are few: a day's highest value is a point
HALF, THIRD, WHOLE = 12, 8, 24  # columns of a dashboard's 24
HEIGHT = 6
HELP = (
    "# Fencepost\n"
    "A line per process. *Proved* is 1 where the last run's policy sufficed alone. "
    "`docs/operations.md` says what each number means and what to do."
)
# Title, metric, the axis's label.
SHOWN = (
    ("Proved", "Proved", "1 is proved"),
    ("Days since the last proved run", "DaysUnproved", "days"),
    ("Repairs that the proof took", "Repairs", "repairs"),
    ("Grants", "Grants", "actions on resources"),
    ("Wildcards, each with its reason", "Wildcards", "resources"),
    ("Size of the policy", "Characters", "characters"),
    ("New access since the last run", "NewAccess", "grants"),
    ("Findings", "Findings", "findings"),
    ("From the cycle's end to its closing markers", "TrailDelay", "seconds"),
)


class Dashboard(Construct):
    """Named as the deployment, so that it is found beside its alarms."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        machine: aws_stepfunctions.StateMachine,
        alarms: Sequence[aws_cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, construct_id)
        self.page = aws_cloudwatch.Dashboard(
            self,
            "Page",
            dashboard_name=f"{settings.name}-processes",
            default_interval=Duration.days(90),
            widgets=[
                [aws_cloudwatch.TextWidget(markdown=HELP, width=WHOLE, height=2)],
                [_runs(machine), _alarms(alarms)],
                *([_lines(*one) for one in row] for row in _rows(SHOWN)),
            ],
        )


def _rows(shown: Sequence[tuple[str, str, str]]) -> list[Sequence[tuple[str, str, str]]]:
    each = WHOLE // THIRD
    return [shown[at : at + each] for at in range(0, len(shown), each)]


def _lines(title: str, metric: str, label: str) -> aws_cloudwatch.IWidget:
    return aws_cloudwatch.GraphWidget(
        title=title,
        left=[each(metric, period=PERIOD)],
        left_y_axis=aws_cloudwatch.YAxisProps(min=0, label=label, show_units=False),
        width=THIRD,
        height=HEIGHT,
    )


def _runs(machine: aws_stepfunctions.StateMachine) -> aws_cloudwatch.IWidget:
    return aws_cloudwatch.GraphWidget(
        title="Runs",
        left=[
            machine.metric_succeeded(period=PERIOD, label="succeeded"),
            machine.metric_failed(period=PERIOD, label="failed"),
            machine.metric_timed_out(period=PERIOD, label="timed out"),
            machine.metric_aborted(period=PERIOD, label="stopped by hand"),
        ],
        left_y_axis=aws_cloudwatch.YAxisProps(min=0, label="runs a day", show_units=False),
        width=HALF,
        height=HEIGHT,
    )


def _alarms(alarms: Sequence[aws_cloudwatch.IAlarm]) -> aws_cloudwatch.IWidget:
    return aws_cloudwatch.AlarmStatusWidget(
        title="Alarms", alarms=list(alarms), width=HALF, height=HEIGHT
    )
