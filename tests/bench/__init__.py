"""Decides how ours is compared with a peer on one machine in one run: a ratio, never a time alone.
`make bench` prints one line per comparison; absolute times only say where the limit is."""
