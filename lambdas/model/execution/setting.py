"""The environment variables of the functions: a stack sets them, a handler reads them."""

from enum import StrEnum


class Setting(StrEnum):
    """The value is the variable's name; statemachine/README.md tells which function has which."""

    ARCHIVE_BUCKET = "ARCHIVE_BUCKET"
    AT_ONCE = "AT_ONCE"
    CONFIRM_ABOVE = "CONFIRM_ABOVE"
    FEW_FILES = "FEW_FILES"
    FEW_MEGABYTES = "FEW_MEGABYTES"
    GENERATOR = "GENERATOR"
    OPERATOR_TOPIC = "OPERATOR_TOPIC"
    POLICY_PARAMETERS = "POLICY_PARAMETERS"
    POLICY_PATH = "POLICY_PATH"
    PROCESS_PARAMETERS = "PROCESS_PARAMETERS"
    SETTLE_SECONDS = "SETTLE_SECONDS"
    STALE_DAYS = "STALE_DAYS"
