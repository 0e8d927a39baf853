"""As whom a stack acts, and one call made so: authorised, then recorded."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from embedded_aws.cloudtrail import event_names, record_parameters, records
from embedded_aws.cloudtrail.record_resources import resources_of
from embedded_aws.iam import key_records, messages
from embedded_aws.iam.calls import Call, Check, UnidentifiedCallError
from embedded_aws.iam.evaluation import decision
from embedded_aws.iam.evaluation.decision import Denial
from embedded_aws.iam.requirements import service_linked_roles
from embedded_aws.iam.requirements.checks import checks_of
from embedded_aws.protocol.operations import Operation
from embedded_aws.protocol.request import Incoming
from embedded_aws.protocol.service_models import service_model
from embedded_aws.services.cloudformation.forwarding import stack_roles
from embedded_aws.sessions import caller
from embedded_aws.sessions.caller import Caller

SERVICE = "cloudformation.amazonaws.com"


class ForwardedDenialError(ValueError):
    """A forwarded call was denied; the text is CloudFormation's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The principal of a stack's operations."""

    access_key: str
    account: str
    region: str
    via: tuple[str, ...]  # services that call on its behalf; none for a service role

    def authorise(self, call: Call, extra: tuple[Check, ...] = (), tagging: str = "") -> None:
        """Ask IAM everything that the call raises.

        Args:
            call: the call.
            extra: further questions.
            tagging: an action that is asked on the call's own resource, for CloudFormation's tags.

        Raises:
            ForwardedDenialError: an answer was no; the denied call is recorded.
        """
        try:
            checks = checks_of(call)
        except UnidentifiedCallError:
            checks = ()
            unidentified.append(call.key)
        if tagging and checks:
            extra = (*extra, Check(action=tagging, resource=checks[0].resource))
        for check in (*checks, *extra):
            answer = decision.ask(
                check, self.access_key, region=self.region, service="", via=self.via
            )
            if answer is None:
                continue
            if isinstance(answer, Denial):
                key_records.record(checks, answer, self._signer)
                first = checks[0].action if checks else ""
                key = _key_of(call.service)
                code, message = messages.error_of(key, answer, self.account, first)
            else:
                code, message = answer.code, answer.message
            self.record(call, {}, error=(_recorded_code(call, code), message))
            raise ForwardedDenialError(_handler_message(call, message))
        key_records.record(checks, None, self._signer)
        for check in checks:
            if "iam:AWSServiceName" in check.context:
                service_linked_roles.remember(self.account, check)

    @property
    def _signer(self) -> Caller:
        return Caller(access_key=self.access_key, account=self.account, region=self.region)

    def record(
        self, call: Call, answer: Mapping[str, Any], error: tuple[str, str] | None = None
    ) -> None:
        """Write the call down as CloudTrail does for a forwarded one."""
        if not event_names.is_logged(call.service, call.operation):
            return
        model = service_model(call.service)
        operation = Operation(
            service=call.service,
            model=model.operation_model(call.operation),
            parameters=dict(call.params),
        )
        read = event_names.is_read(call.service, call.operation)
        records.emit(
            records.ApiCall(
                source=event_names.event_source(call.service, model.metadata["endpointPrefix"]),
                name=event_names.event_name(call.service, call.operation),
                identity=caller.identity(self.access_key, self.account),
                account=self.account,
                region=self.region,
                request=record_parameters.request_of(operation, _incoming(operation, self.region)),
                response=None if read else record_parameters.response_of(operation, dict(answer)),
                error=error,
                read_only=read,
                management=event_names.data_resource(call.service, call.operation) is None,
                resources=resources_of(operation, self._signer),
                # Also a service role's calls say that CloudFormation made them.
                invoked_by=SERVICE,
            )
        )


# Calls of the table whose IAM action nobody knows: a test wants none.
unidentified: list[str] = []


def session_of(stack: str) -> Session | None:
    """As whom a stack acts: its service role, else whoever started the operation."""
    signer = caller.current.get()
    if signer is None:
        return None
    role_key = stack_roles.key_of(signer.account, signer.region, stack)
    if role_key:
        # The service role is the principal itself: no forward access session, no CalledVia.
        return Session(access_key=role_key, account=signer.account, region=signer.region, via=())
    return Session(
        access_key=signer.access_key,
        account=signer.account,
        region=signer.region,
        via=(*signer.invoked_by, SERVICE),
    )


def _handler_message(call: Call, message: str) -> str:
    service = service_model(call.service).metadata.get("serviceId", call.service)
    request = f"Service: {service}, Status Code: 403, Request ID: {uuid.uuid4()}"
    return (
        f'Resource handler returned message: "{message} ({request}) (SDK Attempt Count: 1)" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: AccessDenied)"
    )


def _recorded_code(call: Call, code: str) -> str:
    return f"Client.{code}" if call.service == "ec2" else code


_KEYS = {"cloudwatch": "monitoring", "elbv2": "elasticloadbalancing", "sesv2": "sesv2"}


def _key_of(service: str) -> str:
    """MiniStack's key of a botocore service, as far as denials differ."""
    return _KEYS.get(service, service)


def _incoming(operation: Operation, region: str) -> Incoming:
    """What S3's records show of the request: host and fixed query."""
    query = operation.model.http.get("requestUri", "").partition("?")[2]
    names = [part.partition("=")[0] for part in query.split("&") if part]
    bucket = operation.parameters.get("Bucket", "")
    return Incoming(
        method=operation.model.http.get("method", "POST"),
        path="/",
        raw_path="/",
        query={name: [""] for name in names},
        headers={"host": f"{bucket}.s3.{region}.amazonaws.com"},
        body=b"",
    )
