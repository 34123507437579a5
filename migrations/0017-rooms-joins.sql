-- owner: rooms

-- Who of ours has joined since: for what goes along when a person follows a room to its replacement.
create index membership_joins_of_ours on membership (position) where local and membership = 1;
