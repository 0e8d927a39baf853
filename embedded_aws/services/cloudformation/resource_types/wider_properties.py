"""Values of properties that MiniStack refuses though AWS has them: alarms on expressions, targets.

What they mean is not imitated: such an alarm never rings, such a secret names its target alone.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secrettargetattachment.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from embedded_aws.ministack import services

# In the place of one metric: no metric has such a name.
_NO_METRIC = {"MetricName": "-", "Namespace": "-", "Threshold": 0}
# Targets whose endpoints MiniStack does not know.
_OTHERS = {
    "AWS::Redshift::Cluster": "redshift",
    "AWS::RedshiftServerless::Namespace": "redshift-serverless",
}


def repair() -> None:
    """Take them, and do nothing with them."""
    provisioners = services.service("cloudformation.provisioners")
    provisioners._cw_metric_alarm_record = _alarm(provisioners._cw_metric_alarm_record)
    provisioners._sm_target_connection = _connection(provisioners._sm_target_connection)


def _alarm(record_of: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def record(name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        if not properties.get("Metrics"):
            return record_of(name, properties)
        plain = {key: value for key, value in properties.items() if key != "Metrics"}
        return record_of(name, {**_NO_METRIC, **plain})

    return record


def _connection(connection_of: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def connection(kind: str, target: str) -> dict[str, Any]:
        if kind in _OTHERS:
            return {"engine": _OTHERS[kind], "host": target}
        return connection_of(kind, target)

    return connection
