"""Tools that `fencepost new` recognises and whose commands it does not know."""

from dataclasses import dataclass

from local.new_process.folder import Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherTool:
    """A tool that deploys.

    Attributes:
        name: as it calls itself. files: patterns of the files by which it is known.
        deploy, remove: what its people type, so far as every project of it has it.
        state: where it keeps what it made, which the next build must find.
    """

    name: str
    files: tuple[str, ...]
    deploy: str
    remove: str
    state: str = ""


# https://developer.hashicorp.com/terraform/cli/commands/apply
# https://developer.hashicorp.com/terraform/cdktf/cli-reference/commands
# https://www.pulumi.com/docs/iac/cli/commands/pulumi_up/
# https://sst.dev/docs/reference/cli/
# https://aws.github.io/copilot-cli/docs/commands/deploy/
# https://arc.codes/docs/en/reference/cli/deploy
# https://docs.amplify.aws/react/reference/cli-commands/
KNOWN = (
    OtherTool(
        name="CDK for Terraform",
        files=("cdktf.json",),
        deploy="cdktf deploy --auto-approve '*'",
        remove="cdktf destroy --auto-approve '*'",
        state="in a backend in S3 whose key holds the stage",
    ),
    OtherTool(
        name="Terraform",
        files=("*.tf", "*.tf.json"),
        deploy="terraform init -input=false, terraform apply -auto-approve -input=false",
        remove="terraform init -input=false, terraform destroy -auto-approve -input=false",
        state="in a backend in S3 whose key holds the stage",
    ),
    OtherTool(
        name="Pulumi",
        files=("Pulumi.yaml", "Pulumi.yml", "*/Pulumi.yaml"),
        deploy='pulumi up --yes --stack "$STAGE"',
        remove='pulumi destroy --yes --stack "$STAGE"',
        state="by pulumi login s3://BUCKET",
    ),
    OtherTool(
        name="SST",
        files=("sst.config.ts", "sst.config.js", "*/sst.config.ts", "sst.json"),
        deploy='npx sst deploy --stage "$STAGE"',
        remove='npx sst remove --stage "$STAGE"',
    ),
    OtherTool(
        name="AWS Copilot",
        files=("copilot/*/manifest.yml", "copilot/.workspace"),
        deploy='copilot deploy --env "$STAGE"',
        remove="copilot app delete --yes",
    ),
    OtherTool(
        name="Architect",
        files=("app.arc", ".arc", "arc.json"),
        deploy="npx arc deploy --staging",
        remove="npx arc destroy --app NAME --now --force",
    ),
    OtherTool(
        name="AWS Amplify",
        files=("amplify/backend.ts", "amplify/backend/*"),
        deploy='npx ampx sandbox --once --identifier "$STAGE"',
        remove='npx ampx sandbox delete --yes --identifier "$STAGE"',
    ),
)


def other_tool(folder: Folder) -> OtherTool | None:
    """The first of them whose files are there."""
    return next((one for one in KNOWN if folder.matching(*one.files)), None)
