"""The archive: its documents, the runs before this one, markers, and what earlier cycles saw."""
