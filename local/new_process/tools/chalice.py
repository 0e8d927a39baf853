"""Chalice: an app.py, and a folder .chalice."""

from lambdas.model.definition.process import Phase
from local.new_process.draft import IN_ENVIRONMENT, Draft
from local.new_process.folder import Folder
from local.new_process.reading.code_change import change_of
from local.new_process.reading.packages import activated, python_packages
from local.new_process.reading.stages import another, chosen

FORGETS = (
    "Chalice knows what it made by .chalice/deployed/, which lives as long as one build: what a "
    "refused round of a proof leaves is not removed by the next build"
)
CONFIG = ".chalice/config.json"


def draft(folder: Folder, process: str) -> Draft | None:
    """What deploys the app by Chalice's own calls, without CloudFormation."""
    del process  # the app names its own resources
    if CONFIG not in folder.texts:
        return None
    stages = folder.mapping(CONFIG).get("stages")
    # A stage that the configuration does not name has its general values alone.
    use = chosen(stages if isinstance(stages, dict) and len(stages) > 1 else ())
    prepare = activated(folder, "chalice")
    deploy = 'chalice deploy --stage "$STAGE"'
    return Draft(
        tool="Chalice",
        runtimes=(("python", "3.13"),),
        read=CONFIG,
        variables=(use,),
        environment=(IN_ENVIRONMENT,),
        install=python_packages(folder, "chalice", "chalice"),
        phases=(
            Phase(name="deploy", commands=(*prepare, deploy)),
            Phase(name="update", commands=(*prepare, change_of(folder, "app.py"), deploy)),
            Phase(name="remove", commands=(*prepare, 'chalice delete --stage "$STAGE"')),
        ),
        notes=(
            ("build", "the functions run on the Python that Chalice runs on"),
            ("phases.remove", FORGETS),
        ),
        questions=another(use, CONFIG),
    )
