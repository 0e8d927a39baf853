"""What every function tells of itself: log lines, metrics and a trace that carry the run's id."""

import functools
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.errors import FencepostError
from lambdas.gateways import aws_errors
from lambdas.gateways.aws_errors import UNANSWERED
from lambdas.gateways.tracing import Subsegment, send

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

NAMESPACE = "Fencepost"


class Telemetry:
    """The logger and the metrics of one step.

    Metrics are lines of the log in CloudWatch's embedded format: they need no permission and no
    call, https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html.
    """

    def __init__(self, step: str) -> None:
        self._step = step
        self.logger = Logger(service=step)
        self.metrics = Metrics(namespace=NAMESPACE, service=step)

    def entry(self, handler: Handler) -> Handler:
        """Wrap an entry point: whatever it tells is told of its run, and so is what it raises."""

        @functools.wraps(handler)
        def entered(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
            began, about, fault = time.time(), about_run(event), True
            self._begin(about, context)
            try:
                answer = handler(event, context)
                fault = False
            except FencepostError as error:
                self.logger.warning(str(error), error=type(error).__name__)
                raise
            except UNANSWERED as error:
                self.logger.exception("a call failed")
                raise aws_errors.as_step_error(error) from error
            except Exception:
                self.logger.exception("the step failed")
                raise
            finally:
                self._end(about, began, fault=fault)
            return answer

        return entered

    def measure(self, process: str, name: str, unit: MetricUnit, value: float) -> None:
        """A metric of another process than the call's own, or of all (`""`), told at once."""
        with single_metric(name=name, unit=unit, value=value, namespace=NAMESPACE) as metric:
            metric.add_dimension("service", self._step)
            if process:
                metric.add_dimension("process", process)

    def _begin(self, about: Mapping[str, str], context: LambdaContext) -> None:
        self.logger.clear_state()
        request = getattr(context, "aws_request_id", "")
        self.logger.append_keys(function_request_id=request, **about)
        self.metrics.clear_metrics()
        for key, value in about.items():
            self.metrics.add_metadata(key, value)
        if "process" in about:
            self.metrics.add_dimension("process", about["process"])
            # Of all processes, too: an alarm that names none rings for each.
            self.metrics.add_dimensions(service=self._step)

    def _end(self, about: Mapping[str, str], began: float, *, fault: bool) -> None:
        if self.metrics.metric_set:
            self.metrics.flush_metrics()
        self.metrics.clear_metrics()
        send(
            Subsegment(
                id=os.urandom(8).hex(),
                name=self._step,
                began=began,
                ended=time.time(),
                annotations=about,
                fault=fault,
            )
        )


def about_run(event: Mapping[str, Any]) -> dict[str, str]:
    """The run's id and process, as far as the event tells them."""
    run = event.get("run")
    about = (
        {"run_id": run.get("id"), "process": run.get("process")} if isinstance(run, dict) else {}
    )
    return {key: value for key, value in about.items() if isinstance(value, str) and value}
