"""CodeBuild: projects and builds, their commands run as processes of this machine."""
