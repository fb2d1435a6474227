"""What commands share: options, access, files, progress."""
