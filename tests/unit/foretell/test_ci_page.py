"""The jobs of docs/ci.md are valid by their public schemas, pinned, and their steps run in a shell."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from foretell.report.markdown import MARKER
from tests.unit.foretell.deployments import QUEUE, resource, template

ROOT = Path(__file__).parents[3]
SCHEMAS = ROOT / "tests" / "fixtures" / "schemas"
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
GITHUB, GITLAB = (block.split("```")[0] for block in PAGE.split("```yaml\n")[1:])
ALLOWED = {"Statement": [{"Effect": "Allow", "Action": "sns:*", "Resource": "*"}]}


def workflow() -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true; GitHub does not.
    content: dict[str, Any] = yaml.safe_load(GITHUB.replace("\non:", '\n"on":'))
    return content


def schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return content


def test_the_workflow_is_valid() -> None:
    jsonschema.Draft7Validator(schema("github-workflows")).validate(workflow())


def test_the_job_of_gitlab_is_valid() -> None:
    jsonschema.Draft7Validator(schema("gitlab-ci")).validate(yaml.safe_load(GITLAB))


def test_a_workflow_with_a_word_too_many_is_not() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema("github-workflows")).validate(
            {**workflow(), "more": True}
        )


def test_actions_are_pinned_and_the_job_that_runs_a_strangers_change_may_only_read() -> None:
    jobs = workflow()["jobs"]
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]

    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in used)
    assert workflow()["permissions"] == {}
    assert jobs["check"]["permissions"] == {"contents": "read"}
    assert not any("checkout" in step.get("uses", "") for step in jobs["comment"]["steps"])
    assert not any("${{ github.event" in step.get("run", "") for job in jobs.values() for step in job["steps"])  # fmt: skip


def repository(folder: Path) -> None:
    """The service on a branch, its base beside it, Fencepost where the job puts it."""
    for where, queues in (("", 1), ("base/", 0)):
        (folder / where / "service").mkdir(parents=True)
        (folder / where / "policy").mkdir(parents=True)
        (folder / where / "policy" / "refined.json").write_text(json.dumps(ALLOWED))
        resources = {"News": resource("AWS::SNS::Topic", TopicName="n")}
        resources |= {f"Q{n}": resource(QUEUE, QueueName=f"q{n}") for n in range(queues)}
        (folder / where / "service" / "template.yaml").write_text(template(**resources))
    tool = folder / "fencepost" / ".venv" / "bin" / "fencepost"
    tool.parent.mkdir(parents=True)
    tool.write_text(f'#!/bin/sh\nexec {sys.executable} -m local.command_line.main "$@"\n')
    tool.chmod(0o755)


def shell(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A step as the runner runs it: bash, ended by the first failure."""
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def steps(job: Mapping[str, Any]) -> dict[str, str]:
    return {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def test_the_steps_of_the_workflow_write_the_report_and_tell_the_status(tmp_path: Path) -> None:
    repository(tmp_path)
    done = shell(
        steps(workflow()["jobs"]["check"])["Check"],
        tmp_path,
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary"),
        GITHUB_OUTPUT=str(tmp_path / "output"),
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "output").read_text() == "status=1\n"
    assert (tmp_path / "summary").read_text().startswith(MARKER)
    assert "sqs&#58;CreateQueue" in (tmp_path / "report" / "check.markdown").read_text()
    assert json.loads((tmp_path / "report" / "check.sarif").read_text())["version"] == "2.1.0"


def test_the_comment_is_renewed_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "gh").write_text(
        '#!/bin/sh\necho "$@" >> calls\ncase "$*" in *--paginate*) [ -z "$OLD" ] || echo "$OLD";; esac\n'
    )
    (tmp_path / "gh").chmod(0o755)
    script = steps(workflow()["jobs"]["comment"])["Post or renew the comment"]
    path = f"{tmp_path}:{os.environ['PATH']}"

    for old, said in (("17", "-X PATCH repos/o/r/issues/comments/17"), ("", "repos/o/r/issues/4/comments -F")):  # fmt: skip
        (tmp_path / "calls").unlink(missing_ok=True)
        done = shell(script, tmp_path, PATH=path, GH_REPO="o/r", NUMBER="4", OLD=old)

        assert done.returncode == 0, done.stderr
        assert said in (tmp_path / "calls").read_text()


def test_the_script_of_gitlab_posts_the_comment_and_ends_with_the_status(tmp_path: Path) -> None:
    repository(tmp_path)
    (tmp_path / "curl").write_text('#!/bin/sh\necho "$@" > posted\n')
    (tmp_path / "curl").chmod(0o755)
    script = yaml.safe_load(GITLAB)["fencepost"]["script"][-1]
    path = f"{tmp_path}:{os.environ['PATH']}"

    done = shell(
        script, tmp_path, PATH=path, FENCEPOST_NOTES_TOKEN="t", CI_API_V4_URL="https://x/api/v4",
        CI_PROJECT_ID="1", CI_MERGE_REQUEST_IID="2",
    )  # fmt: skip

    assert done.returncode == 1, done.stderr
    assert (tmp_path / "check.markdown").read_text().startswith(MARKER)
    assert "projects/1/merge_requests/2/notes" in (tmp_path / "posted").read_text()
