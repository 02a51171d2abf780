-- What comments speak of: the owner's themes. Without a row the default ones of views/comment_themes.sql are in force.

-- Grain: theme.
create table comment_themes (
    position integer not null,              -- from 1, in the owner's order
    theme varchar primary key,              -- key of a default theme, or the owner's name of another one
    words varchar[] not null                -- in lower case
);
