"""Rules of the doctor: one file each, with what fails it and what passes it as its test."""
