"""What a person is to do when a policy is not proved: one sentence, on the dossier's first page."""

from collections.abc import Mapping, Sequence

from lambdas.prove_policy.denials import Denial

_BY_HAND = "under `grants` in process.yaml, and start the run again"


def advice(
    failed_phase: str,
    denied: Sequence[Denial],
    hopeless: Mapping[Denial, str],
    *,
    ended_well: bool,
) -> str:
    """The sentence for how a proof stopped.

    Args:
        failed_phase: of the last round; empty when it is not known.
        ended_well: whether CodeBuild says so of the round's build.
        denied: what it was denied.
        hopeless: of these what no repair is made for.
    """
    blocked = next((one for one in denied if one.obstacle), None)
    if blocked:
        return (
            f"Take away what denies {blocked.action} ({blocked.obstacle}), or take the call out of "
            "the process"
        )
    given_up = next((one for one in denied if one in hopeless), None)
    if given_up:
        return f"Grant {given_up.action} on the resources that the process means {_BY_HAND}"
    if denied:
        return f"Grant what is missing by hand {_BY_HAND}"
    if ended_well:
        return "Look at the round's build and at the trail, then start the run again"
    phase = f" of {failed_phase}" if failed_phase else ""
    return f"Read the log{phase} in the round's build, correct what failed, and start the run again"
