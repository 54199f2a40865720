-- What a fixture asked for under a name: its Token as JSON, with all times absolute. NULL in rows of older versions.
ALTER TABLE named_tokens ADD COLUMN spec TEXT;
