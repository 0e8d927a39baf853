"""What to do about a cycle that failed: whose fault it is, as far as its last lines tell."""

import re
from collections.abc import Sequence

from lambdas.model.execution.platform import Platform

HOST = re.compile(r"(?:[\w-]+\.)+amazonaws\.com(?:\.cn)?", re.IGNORECASE)
# What SDKs and their languages say of a host that they cannot talk to, each as its own source words
# it: aws-sdk-js lib/event_listeners.js, botocore/exceptions.py, libuv, Java's UnknownHostException,
# Go's net, Rust's hyper, curl, glibc's and macOS's getaddrinfo.
UNREACHED = re.compile(
    r"inaccessible host|could not connect|connect timeout|unknownhost|no such host|enotfound"
    r"|eai_again|getaddrinfo|econnrefused|etimedout|econnreset|connection refused|timed out"
    r"|name or service not known|nodename nor servname|name resolution|resolve host|dns error"
    r"|network is unreachable|no route to host|proxy|tunnel|certificate|tls|ssl",
    re.IGNORECASE,
)
# What AWS says of keys that are not its own: a build's keys on the laptop are the embedded AWS's.
STRANGERS = re.compile(
    r"InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure"
    r"|security token included in the request is invalid"
)
# Addresses of what a process deployed, which nobody answers on the laptop.
DEPLOYED = re.compile(
    r"[\w.-]+\.(?:execute-api|lambda-url|s3-website[\w-]*|elb|cloudfront)"
    r"(?:\.[\w-]+)*\.(?:amazonaws\.com|on\.aws|net)",
    re.IGNORECASE,
)
# Docker and runtimes that are not there, in the words of docker/cli, bash, npm and of
# aws-lambda-builders: https://github.com/aws/aws-sam-cli/issues/2634
NO_DOCKER = re.compile(
    r"docker: (?:command )?not found|cannot connect to the docker daemon|docker\.sock"
    r"|is (?:the )?docker (?:daemon )?(?:running|installed)|docker is (?:unreachable|not running)"
    r"|spawnSync docker ENOENT",
    re.IGNORECASE,
)
ABSENT = re.compile(
    r"binary validation failed for \w+|: command not found|unsupported engine|EBADENGINE",
    re.IGNORECASE,
)
LACKING = re.compile(
    r"InvalidAction|Unknown ?Operation|UnsupportedOperation|NotImplemented|not (?:yet )?implemented"
    r"|Unknown action|Unsupported (?:method|path|operation)|InternalFailure|InternalError|\b501\b",
)
FENCED = re.compile(r"with an explicit deny in a permissions boundary")
LATE = re.compile(r"^::fencepost phase \S+ out of time")

NOT_REACHED = (
    "The tool asked real AWS{host} and not the embedded AWS: its SDK does not read "
    "AWS_ENDPOINT_URL. The process is not wrong. Give the tool $AWS_ENDPOINT_URL by an option of "
    "its own, use a version whose SDK reads it, or run the process in an account "
    "(embedded_aws/README.md, *Tools that do not read AWS_ENDPOINT_URL*)."
)
LACKS = (
    "The embedded AWS may lack the operation that the last command called (embedded_aws/README.md "
    "lists what it lacks). If the process works on AWS, run it in an account, and please report "
    "the call."
)
CALLED = (
    "A command called what the process deployed ({host}), and the embedded AWS answers no such "
    "requests. The process is not wrong. Leave that call out on the laptop, or run the process in "
    "an account."
)
DOCKER = (
    "A command wants Docker. Where the build may have it, write build: {privileged: true} in "
    "process.yaml and deploy. Then start the run again."
)
ON_THIS_MACHINE = (
    "A command wants a tool or a runtime that this machine does not have in that version: on the "
    "laptop a build runs with the machine's own, and chooses neither image nor runtimes "
    "(embedded_aws/README.md). The process is not wrong. Install it here, or run the process in an "
    "account."
)
FENCE = (
    "The sandbox's fence denied a call. It keeps the cycle in the process's regions, away from "
    "Fencepost's own resources, and from users and keys that would outlive the run "
    "(docs/threat-model.md). If the process acts in another region, add it to regions in "
    "process.yaml and deploy. Then start the run again."
)
TIME = (
    "The phase ran out of time: all phases but remove have three hours together. Split the "
    "process, or shorten it. Then start the run again."
)
INSTALL = (
    "The install commands failed. Check that the build reaches the registries and that versions "
    "and runtimes fit. Then start the run again."
)
UNBUILT = (
    "The build ended before the process's first command; the problem above says where. Check the "
    "source, the image and the build's role. Then start the run again."
)
SOURCE = (
    "The source could not be fetched. Check its address, its ref and path, and that the build's "
    "role or its connection may read it. Then start the run again."
)
ON_AWS = "Read the last lines, correct the process in its folder, and deploy it."
EMULATED = (
    "Read the last lines. If the process works on AWS, the embedded AWS lacks something "
    "(embedded_aws/README.md lists what): run it in an account. Otherwise correct the process in "
    "its folder."
)
AGAIN = "Then start the run again."

BEFORE = {"source": SOURCE, "install": INSTALL}  # what is done before the process's own phases


def cycle_advice(platform: Platform, phase: str, last_lines: Sequence[str]) -> str:
    """What a person should do; never to correct a process that the lines do not convict."""
    if not phase:
        return UNBUILT
    emulated = platform is Platform.EMBEDDED
    advice = _by_last_lines(last_lines) or (
        _emulated(last_lines) if emulated else _on_aws(last_lines)
    )
    if advice or phase in BEFORE:
        return advice or BEFORE[phase]
    return f"{EMULATED if emulated else ON_AWS} {AGAIN}"


def _by_last_lines(lines: Sequence[str]) -> str:
    known = ((LATE, TIME), (FENCED, FENCE))
    return next((words for pattern, words in known if any(map(pattern.search, lines))), "")


def _on_aws(lines: Sequence[str]) -> str:
    return DOCKER if any(map(NO_DOCKER.search, lines)) else ""


def _emulated(lines: Sequence[str]) -> str:
    deployed = DEPLOYED.search("\n".join(lines))
    if deployed and any(map(UNREACHED.search, lines)):
        return CALLED.format(host=deployed[0])
    if any(pattern.search(line) for line in lines for pattern in (NO_DOCKER, ABSENT)):
        return ON_THIS_MACHINE
    asked = _real_aws(lines)
    if asked is not None:
        return NOT_REACHED.format(host=f" ({asked})" if asked else "")
    return LACKS if any(map(LACKING.search, lines)) else ""


def _real_aws(lines: Sequence[str]) -> str | None:
    """The host of real AWS that was asked, empty when only its answer is known, None when none."""
    text = "\n".join(lines)
    hosts = HOST.findall(text)
    if hosts and UNREACHED.search(text):
        return str(hosts[0])
    return "" if STRANGERS.search(text) else None
