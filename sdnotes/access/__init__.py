"""access: the question of this chapter, in one sentence.

The idea, with one worked example as a table or picture of at most 12 lines.

Source: author, year, section. Left out: what. Chapter: docs/chapters/access/.
"""
