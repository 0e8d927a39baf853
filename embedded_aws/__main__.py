"""One process that serves AWS on the loopback: MiniStack, extended, behind the gate.

`python -m embedded_aws --state DIR` prints nothing; when it serves it writes DIR/endpoint.json
(mode 0600) with its address and the only root keys of this start, one per account.
"""

import asyncio
import importlib
import logging
import os
import secrets
import shutil
import socket
import sys

from embedded_aws.settings import Settings, settings_of


def main(arguments: list[str] | None = None) -> None:
    """Serve until told to stop."""
    settings = settings_of(sys.argv[1:] if arguments is None else arguments)
    settings.state.mkdir(parents=True, exist_ok=True)
    listener = socket.create_server(("127.0.0.1", settings.port))
    prepare_environment(settings, listener.getsockname()[1])
    # MiniStack reads the environment when it is imported, so not before now.
    server = importlib.import_module("embedded_aws.app")
    asyncio.run(server.serve(settings, listener))
    if settings.owned:
        shutil.rmtree(settings.state, ignore_errors=True)
    # Threads of functions that hang must not keep the process.
    os._exit(0)


def prepare_environment(settings: Settings, port: int) -> None:
    """Tell MiniStack who it is, before it is imported; no credentials of the user reach it."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "CODEBUILD_"))]:
        del os.environ[name]
    scratch = settings.state / "tmp"
    scratch.mkdir(exist_ok=True)
    # A tool that looks upwards for its project (npm, Git) must not find the one we lie in.
    os.environ.setdefault("FENCEPOST_BUILDS", os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 (mkdtemp's)
    os.environ.update(
        AUTH="true",
        AWS_ACCESS_KEY_ID="none-" + secrets.token_hex(8),  # MiniStack's "configured root key"
        AWS_SECRET_ACCESS_KEY=secrets.token_hex(16),
        AWS_DEFAULT_REGION=settings.region,
        AWS_EC2_METADATA_DISABLED="true",
        BIND_HOST="127.0.0.1",
        FENCEPOST_ACCOUNTS=",".join(settings.accounts),
        FENCEPOST_INBOX=str(settings.inbox),
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        LAMBDA_EXECUTOR="local",
        LOG_LEVEL=os.environ.get("LOG_LEVEL", "WARNING"),
        MINISTACK_ACCOUNT_ID=settings.accounts[0],
        MINISTACK_HOST="localhost",
        MINISTACK_REGION=settings.region,
        SFTP_ENABLED="0",
        TMPDIR=str(scratch),
    )


if __name__ == "__main__":
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s %(message)s")
    main()
