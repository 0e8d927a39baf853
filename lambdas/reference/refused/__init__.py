"""What AWS says when it refuses: which action and which resource a refusal's words name."""
