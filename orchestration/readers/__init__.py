"""Readers: one module a source format, each turning files into tables of text. None knows the warehouse or a study."""
