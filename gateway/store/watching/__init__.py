"""What either side has seen of logs."""
