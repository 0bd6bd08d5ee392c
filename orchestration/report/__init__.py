"""`report.html` of a release: one self-contained page, for people who look before they query.

`subject.py` says what is reported on and what it is made from; `sources.py` opens it; `statistics.py` counts; `charts.py` draws; a module
for each part of the page puts it into words; `page.py` is the page. Belongs here: anything of that page. Does not belong here: a number
that is neither in the release, nor in the one it is compared with, nor a count of expected forms that are open to everybody.
"""
