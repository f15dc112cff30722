"""Microphone samples in, heard commands out."""
