"""A run as the state machine tells of it to each state."""

from lambdas.model.execution.run import Run

RUN = {
    "id": "20261123T180000Z-1a2b3c4d",
    "process": "orders",
    "principal": "arn:aws:iam::123456789012:role/sandbox",
    "account": "123456789012",
    "region": "eu-west-1",
    "startedAt": "2026-11-23T18:00:00Z",
}


def input_of(run: Run) -> dict[str, str]:
    """What a state is told of this run, as long as it has not ended."""
    return {
        "id": run.id,
        "process": run.process,
        "principal": run.principal,
        "account": run.account,
        "region": run.region,
        "startedAt": run.started_at,
    }
