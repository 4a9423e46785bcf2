"""Our calendars as icalendar reads them."""

import datetime
import pathlib
import sys

import icalendar

import outputs


def main(binary, work):
    count = 0
    for register in outputs.registers(work):
        calendar = icalendar.Calendar.from_ical(outputs.export(binary, register, "ics"))
        events = calendar.walk("VEVENT")
        names = {str(event["UID"]) for event in events}
        live = [line for line in outputs.lines(binary, register) if line["live"] and line["last_day"]]
        if not len(events) == len(names) == len(live):
            sys.exit(f"ics: {len(events)} events for {len(live)} live exceptions of {register.name}")
        for line, event in zip(live, events, strict=True):
            if not outputs.shown(str(event["UID"])).startswith(line["id"]) or event.errors:
                sys.exit(f"ics: {line['id']} is {event['UID']}: {event.errors}")
            record = line["record"]
            day = datetime.date.fromisoformat(line["last_day"])
            decided = [record["decided"], *(renewal["decided"] for renewal in record.get("renewals", []))]
            decided += [amendment["date"] for amendment in record.get("amendments", [])]
            stamp = datetime.datetime.fromisoformat(f"{max(decided)}T00:00:00+00:00")
            kind = "Overdue: " if line["ended"] else "Last day: "
            wanted = (day, stamp, outputs.folded(record["title"]))
            title = outputs.shown(str(event["SUMMARY"]).removeprefix(kind))
            seen = (event["DTSTART"].dt, event["DTSTAMP"].dt, title)
            if seen != wanted:
                sys.exit(f"ics: {seen} is not {wanted}")
            if outputs.folded(record.get("owner", "")) not in outputs.shown(str(event["DESCRIPTION"])).replace("< ", "<"):
                sys.exit(f"ics: no owner in {event['DESCRIPTION']}")
            begins = renewals[-1]["decided"] if (renewals := record.get("renewals")) else record["starts"]
            term = (day - datetime.date.fromisoformat(begins[:10])).days
            # A day that is more than half of the term away comes at its half.
            days = sorted({min(day, term // 2) for day in (7, 1)}, reverse=True)
            alarms = [datetime.timedelta(days=-day) for day in days if not line["ended"]]
            if [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] != alarms:
                sys.exit(f"ics: {line['id']} has not the alarms {alarms}")
            count += 1
    print(f"ics: {count} events are read back with their days, stamps, alarms and texts")


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
