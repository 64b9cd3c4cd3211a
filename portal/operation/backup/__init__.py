"""Copies of everything that the portal holds, and the way back: database and files, with a manifest to compare with."""
