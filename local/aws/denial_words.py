"""How each service spells a denial: its error's code, and what stands around the message."""

import hashlib

# Services whose denials have a code of their own; EC2 words the sentence in its own way too.
_CODES = {"sns": "AuthorizationError", "ec2": "UnauthorizedOperation"}
# Query and REST-XML services say `AccessDenied`, JSON services `AccessDeniedException`.
_XML = {
    "autoscaling",
    "cloudformation",
    "cloudfront",
    "elasticache",
    "elasticloadbalancing",
    "iam",
    "monitoring",
    "rds",
    "route53",
    "s3",
    "ses",
    "sqs",
    "sts",
}


def error_of(service: str, message: str) -> tuple[str, str]:
    """The code and the message that a service answers a denial with."""
    if service == "ec2":
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
        proof = hashlib.sha256(message.encode()).hexdigest()
        sentence = "You are not authorized to perform this operation."
        return _CODES[
            "ec2"
        ], f"{sentence} {message}. Encoded authorization failure message: {proof}"
    code = _CODES.get(service, "AccessDenied" if service in _XML else "AccessDeniedException")
    return code, message
