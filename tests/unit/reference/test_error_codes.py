"""What errors prove: by rules about codes, else by what the services' own models say of them."""

from typing import Any

import pytest

from lambdas.reference.compile.error_codes import compile_error_codes, error_shapes
from lambdas.reference.compile.sources import Sources, read_models
from lambdas.reference.refused.error_codes import Authorization, authorization_of

# Errors that operations declare and that neither a rule nor their description tells. It only shrinks.
MOST_UNKNOWN = 515


def sources_of(*models: dict[str, Any]) -> Sources:
    """The sources that have these models and nothing else."""
    return Sources(
        definition={},
        policies={},
        schemas={},
        models={str(at): one for at, one in enumerate(models)},
        versions={},
    )


def documented(*models: dict[str, Any]) -> dict[str, list[str]]:
    """What is compiled of models, by outcome."""
    told: dict[str, list[str]] = compile_error_codes(sources_of(*models))["documented"]
    return told


def model(name: str, text: str, **error: Any) -> dict[str, Any]:
    """A service of one operation that fails in one way."""
    return {
        "metadata": {"endpointPrefix": "sheds"},
        "operations": {"OpenShed": {"errors": [{"shape": name}]}},
        "shapes": {name: {"documentation": f"<p>{text}</p>", "error": error}},
    }


def test_few_errors_that_operations_declare_are_unknown() -> None:
    unknown = [
        (endpoint, code)
        for endpoint, code, _ in error_shapes(read_models())
        if authorization_of(f"{endpoint}.amazonaws.com", code, "") is Authorization.UNKNOWN
    ]

    assert len(unknown) <= MOST_UNKNOWN


@pytest.mark.parametrize(
    ("code", "text", "status", "outcome"),
    [
        ("ShedGloom", "The shed doesn't exist.", None, "after"),
        ("ShedGloom", "The shed is in use.", None, "after"),
        ("ShedGloom", "The colour of the shed isn't valid.", None, "before"),
        ("ShedGloom", "Something of the shed.", 409, "after"),
        ("ShedGloom", "The shed already burns.", 500, "before"),
        ("ShedGloomException", "The name is <i>too long</i>.", 400, "before"),
    ],
)
def test_the_status_of_an_error_tells_what_it_proves_and_else_its_description(
    code: str, text: str, status: int | None, outcome: str
) -> None:
    error = {} if status is None else {"httpStatusCode": status}

    told = documented(model(code, text, **error))

    assert told == {"after": [], "before": [], outcome: ["shedgloom"]}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The shed isn't valid or doesn't exist.", None),
        ("The shed doesn't exist, or you have no permission.", None),
        ("The shed is gloomy.", None),
        ("The shed already burns.", 403),
        ("", None),
    ],
)
def test_what_a_description_does_not_tell_stays_unknown(text: str, status: int | None) -> None:
    error = {} if status is None else {"httpStatusCode": status}

    assert documented(model("ShedGloom", text, **error)) == {"after": [], "before": []}


def test_a_code_of_which_services_say_different_things_is_kept_for_each_of_them() -> None:
    sheds = model("ShedGloom", "The shed is in use.")
    barns = model("ShedGloom", "The name isn't valid.")
    lofts = model("ShedGloom", "The shed is gloomy.")
    for name, one in (("barns", barns), ("api.lofts", lofts)):
        one["metadata"]["endpointPrefix"] = name

    compiled = compile_error_codes(sources_of(sheds, barns, lofts))

    assert compiled["documented"] == {"after": [], "before": []}
    assert compiled["by_source"]["sheds"] == {"after": ["shedgloom"], "before": []}
    assert compiled["by_source"]["barns"] == {"after": [], "before": ["shedgloom"]}
    assert not {"lofts", "api.lofts"} & set(compiled["by_source"])


def test_a_source_of_two_services_that_say_different_things_tells_nothing() -> None:
    compiled = compile_error_codes(
        sources_of(
            model("ShedGloom", "The shed is in use."), model("ShedGloom", "The name isn't valid.")
        )
    )

    assert compiled["documented"] == {"after": [], "before": []}
    assert "sheds" not in compiled["by_source"]


def test_a_code_that_a_rule_knows_is_not_asked_of_its_description() -> None:
    told = documented(model("ShedNotFoundException", "The name isn't valid."))

    assert told == {"after": [], "before": []}


@pytest.mark.parametrize(
    ("source", "code", "authorization"),
    [
        ("events", "UnknownError", Authorization.AFTER),
        ("kms", "UnknownError", Authorization.UNKNOWN),
        ("s3", "V1APIsNotAllowed", Authorization.AFTER),
        ("sqs", "AWS.SimpleQueueService.PurgeQueueInProgress", Authorization.AFTER),
        ("ecs", "ClusterContainsServicesException", Authorization.AFTER),
        ("codecommit", "BranchNameRequiredException", Authorization.BEFORE),
        ("sts", "PackedPolicyTooLarge", Authorization.BEFORE),
        ("elasticache", "NoOperationFault", Authorization.AFTER),
        ("quicksight", "DomainNotWhitelistedException", Authorization.UNKNOWN),
        ("ecr", "InvalidLayerException", Authorization.UNKNOWN),
        ("backup", "DependencyFailureException", Authorization.AFTER),
        ("es", "DependencyFailureException", Authorization.UNKNOWN),
        ("dms", "FailedDependencyFault", Authorization.AFTER),
        ("codecommit", "FileEntryRequiredException", Authorization.BEFORE),
    ],
)
def test_errors_of_public_trails_and_models_prove_what_they_prove(
    source: str, code: str, authorization: Authorization
) -> None:
    assert authorization_of(f"{source}.amazonaws.com", code, "") is authorization
