"""What the operator is told of. Each alarm says what it means and what to do first."""

from aws_cdk import Duration, aws_cloudwatch, aws_lambda, aws_stepfunctions
from constructs import Construct

from stacks.monitoring.metrics import worst
from stacks.monitoring.notices import Notices
from stacks.settings import Settings
from stacks.workflow.schedules import Schedules

SOON = Duration.minutes(5)
DAILY = Duration.days(1)


class Alarms(Construct):
    """Of the workflow as a whole: none bears a process's name, so they are as many for all."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        notices: Notices,
        machine: aws_stepfunctions.StateMachine,
        schedules: Schedules,
        watch: aws_lambda.IFunction,
    ) -> None:
        super().__init__(scope, construct_id)
        self._notices = notices
        self.all: list[aws_cloudwatch.Alarm] = []
        self._of_runs(machine)
        self._of_channels(schedules, watch)
        self._of_processes(settings)

    def _of_runs(self, machine: aws_stepfunctions.StateMachine) -> None:
        self._ring(
            "RunFailed",
            machine.metric_failed(period=SOON),
            "A run failed; its owner has a mail that says why. See 'A run failed' in "
            "docs/operations.md.",
        )
        self._ring(
            "RunTimedOut",
            machine.metric_timed_out(period=SOON),
            "A run took more than two days and was ended; nobody has been told yet.",
        )
        self._ring(
            "RunAborted",
            machine.metric_aborted(period=SOON),
            "A run was stopped by hand; its remove phase may not have run. See 'Stop a run' in "
            "docs/operations.md.",
        )

    def _of_channels(self, schedules: Schedules, watch: aws_lambda.IFunction) -> None:
        self._ring(
            "StartFailed",
            schedules.failed.metric_approximate_number_of_messages_visible(period=SOON),
            "A scheduled run could not be started; the queue holds why.",
        )
        for number, topic in enumerate(self._notices.runs):
            self._ring(
                f"MailFailed{number or ''}",
                topic.metric_number_of_notifications_failed(period=SOON),
                "A mail about a run could not be delivered; its dossier is in the archive all the "
                "same.",
            )
        self._ring(
            "WatchFailed",
            watch.metric_errors(period=SOON),
            "How old the proofs are could not be told today; the function's log holds why.",
        )

    def _of_processes(self, settings: Settings) -> None:
        self._ring(
            "TrailLate",
            worst("TrailDelay", period=SOON),
            f"CloudTrail has not delivered all of a run for {settings.late_minutes} minutes; the "
            "run waits, and fails if nothing comes. The dashboard shows whose. See 'The trail is "
            "late' in docs/operations.md.",
            threshold=settings.late_minutes * 60,
        )
        self._ring(
            "PolicyStale",
            worst("DaysUnproved", period=DAILY),
            f"No run of some process was proved for {settings.stale_days} days. Mails name each "
            "on the day on which it came to that, as the dashboard does; start a run of each, or "
            "read why the last ones were not. It rings once, until none is left.",
            threshold=settings.stale_days,
        )

    def _ring(
        self, name: str, metric: aws_cloudwatch.IMetric, because: str, *, threshold: float = 1
    ) -> None:
        self.all.append(self._notices.alarm(self, name, metric, because, threshold=threshold))
