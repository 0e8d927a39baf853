"""One build, from QUEUED to COMPLETED: source, buildspec, phases, and how it ends."""

import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from ministack.core.responses import get_region
from ministack.services import codebuild as engine

from embedded_aws.services.codebuild import buildspec
from embedded_aws.services.codebuild.buildspec import (
    Buildspec,
    BuildspecError,
    OnFailure,
    Phase,
    PhaseSpec,
)
from embedded_aws.services.codebuild.environment import machine_environment, service_environment
from embedded_aws.services.codebuild.knobs import Turned
from embedded_aws.services.codebuild.logs import BuildLog
from embedded_aws.services.codebuild.phases import PhaseFailure, Record, close, phase
from embedded_aws.services.codebuild.shell import BuildShell
from embedded_aws.services.codebuild.source import buildspec_text, fetch, value_of
from embedded_aws.sessions.role_session import RoleSession

PHASE_MESSAGE_LIMIT = 3_000  # characters


@dataclass(slots=True, kw_only=True)
class Build:
    """A build that runs."""

    record: Record
    project: Record  # with the overrides of this build
    acting: RoleSession
    log: BuildLog
    credentials: Mapping[str, str]  # how the commands come to the role's credentials
    outside: Mapping[str, str]  # the machine's environment
    shell: BuildShell | None = None
    work: Path | None = None  # where it runs, outside of everybody's project
    ended: str | None = None  # STOPPED or TIMED_OUT
    guard: threading.Lock = field(default_factory=threading.Lock)

    def end(self, status: str) -> None:
        """Stop what runs and let the build end with this status."""
        with self.guard:
            self.ended = self.ended or status
            shell = self.shell
        if shell is not None:
            shell.kill()

    def run(self) -> None:
        """Run to the end; the record tells what happened."""
        minutes = float(self.project.get("timeoutInMinutes") or 60)
        timer = threading.Timer(minutes * 60, self.end, args=("TIMED_OUT",))
        timer.daemon = True
        timer.start()
        where = self.outside.get("FENCEPOST_BUILDS")
        work = self.work = Path(tempfile.mkdtemp(prefix="codebuild-", dir=where))
        try:
            status = self._phases(work)
        except Exception as error:  # noqa: BLE001 (CodeBuild calls it FAULT, and goes on)
            engine.logger.exception("build %s", self.record["id"])
            self.log.container(f"internal error: {error}")
            status = "FAULT"
        finally:
            timer.cancel()
            if self.shell is not None:
                self.shell.kill()
            shutil.rmtree(work, ignore_errors=True)
        self._complete(self.ended or status)

    def _complete(self, status: str) -> None:
        try:
            self.log.close()
        finally:
            now = time.time()
            self.record["phases"].append({"phaseType": "COMPLETED", "startTime": now})
            self.record.update(currentPhase="COMPLETED", buildStatus=status, endTime=now)
            self.record["buildComplete"] = True

    def _phases(self, work: Path) -> str:
        """Go through the phases and say how the build ended."""
        close(self.record["phases"][-1], "SUCCEEDED")
        source = work / "src"
        try:
            with phase(self.record, self.log, "PROVISIONING"):
                self._open_log()
            with phase(self.record, self.log, "DOWNLOAD_SOURCE"):
                fetch(self.project, self.acting, source)
                text = buildspec_text(self.project, self.acting, source)
                spec = buildspec.parse(text)
                self.shell = self._open_shell(work, source, spec)
        except PhaseFailure as failure:
            return failure.status
        except BuildspecError:
            return "FAILED"
        succeeded = self._commands(spec, self.shell)
        if self.ended:
            return self.ended
        if succeeded or Turned.now.failed_builds_export:
            self._export(spec, self.shell)
        for name in ("UPLOAD_ARTIFACTS", "FINALIZING"):
            with phase(self.record, self.log, name):
                self._artifacts(name)
        return "SUCCEEDED" if succeeded else "FAILED"

    def _open_log(self) -> None:
        try:
            self.log.open()
        except (ClientError, BotoCoreError) as error:
            message = (
                f"Service role {self.project['serviceRole']} does not allow AWS CodeBuild to "
                f"create Amazon CloudWatch Logs log streams for build {self.record['arn']}. "
                f"Error message: {error}"
            )
            raise PhaseFailure("ACCESS_DENIED", message) from error

    def _open_shell(self, work: Path, source: Path, spec: Buildspec) -> BuildShell:
        home, temporary, scratch = work / "home", work / "tmp", work / "codebuild"
        for folder in (home, temporary, scratch):
            folder.mkdir()
        region = get_region()
        own = service_environment(self.record, self.project, region=region, source=source)
        environment = {
            **machine_environment(home, temporary, self.outside),
            **own,
            **self.credentials,
            **spec.variables,
            **self._looked_up(spec.parameters, "PARAMETER_STORE"),
            **self._looked_up(spec.secrets, "SECRETS_MANAGER"),
            **self._project_variables(),
        }
        shell = BuildShell(
            shell=spec.shell, source=source, scratch=scratch, environment=environment
        )
        with self.guard:
            if self.ended:
                shell.kill()
        return shell

    def _project_variables(self) -> dict[str, str]:
        given = (self.project.get("environment") or {}).get("environmentVariables") or []
        return {item["name"]: value_of(item, self.acting) for item in given}

    def _looked_up(self, references: Mapping[str, str], kind: str) -> dict[str, str]:
        return {
            name: value_of({"name": name, "value": value, "type": kind}, self.acting)
            for name, value in references.items()
        }

    def _commands(self, spec: Buildspec, shell: BuildShell) -> bool:
        """Run the buildspec's phases; true when the build succeeds."""
        succeeded, reached = True, True
        for name in Phase:
            if self.ended or not (reached or name is Phase.POST_BUILD):
                continue
            work = spec.phases.get(name, PhaseSpec())
            if self._run_phase(name, work, shell) or work.on_failure is OnFailure.CONTINUE:
                continue
            succeeded = reached = False
            # Only a failed BUILD is followed by POST_BUILD, unless told to abort.
            if name is not Phase.BUILD or work.on_failure is OnFailure.ABORT:
                break
        return succeeded

    def _run_phase(self, name: Phase, work: PhaseSpec, shell: BuildShell) -> bool:
        for attempt in range(work.retries + 1):
            lines: list[str] = []
            try:
                with phase(self.record, self.log, name):
                    self._run_commands(work, shell, lines)
            except PhaseFailure:
                shell.export("CODEBUILD_BUILD_SUCCEEDING", "0")
                hopeless = work.retry_when and not re.search(work.retry_when, "\n".join(lines))
                if self.ended or attempt == work.retries or hopeless:
                    return False
            else:
                return True
        return False

    def _run_commands(self, work: PhaseSpec, shell: BuildShell, lines: list[str]) -> None:
        """The phase's commands until one fails, then `finally` whatever happened."""

        def emit(line: str) -> None:
            lines.append(line)
            self.log.emit(line)

        failure: PhaseFailure | None = None
        for command in work.commands:
            failure = self._run_command(command, shell, emit)
            if failure is not None:
                break
        for command in work.last:
            last = self._run_command(command, shell, emit)
            failure = failure or last
        if failure is not None:
            raise failure

    def _run_command(
        self, command: str, shell: BuildShell, emit: Callable[[str], None]
    ) -> PhaseFailure | None:
        if self.ended:
            return PhaseFailure("", "", self.ended)
        self.log.container(f"Running command {command}")
        status = shell.run(command, emit)
        if self.ended:
            return PhaseFailure("", "", self.ended)
        if status == 0:
            return None
        shown = command[:PHASE_MESSAGE_LIMIT]
        self.log.container(f"Command did not exit successfully {shown} exit status {status}")
        message = f"Error while executing command: {shown}. Reason: exit status {status}"
        return PhaseFailure("COMMAND_EXECUTION_ERROR", message)

    def _export(self, spec: Buildspec, shell: BuildShell) -> None:
        self.record["exportedEnvironmentVariables"] = [
            {"name": name, "value": shell.value_of(name)} for name in spec.exported
        ]

    def _artifacts(self, name: str) -> None:
        kind = (self.project.get("artifacts") or {}).get("type", "NO_ARTIFACTS")
        if name == "UPLOAD_ARTIFACTS" and kind not in ("NO_ARTIFACTS", "CODEPIPELINE"):
            message = "the embedded CodeBuild uploads no artifacts"
            raise PhaseFailure("CLIENT_ERROR", message)
