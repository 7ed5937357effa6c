"""When occasions fall: birthdays, holidays and the instants at which they are due. Pure."""
