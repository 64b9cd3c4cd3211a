"""What operators do with the portal: schema, server, the foreground run, a check of the machine."""
