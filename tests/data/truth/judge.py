"""Judges a CSV file with the Pydantic model beside this script: one JSON line for each row that it rejects.

  judge.py customers.csv

Each line: {"line": of the row's first byte, "errors": [[field, Pydantic's type, the cell's text], ...]}. An empty cell is an
absent field, as the contract says; every other cell is the text that the csv module gives. A customer_id that an earlier row has
is an error of type "unique". The last line is {"rows": how many were judged}.
"""
import csv
import json
import sys

from pydantic import ValidationError

from models import CustomerFlat


def rows(path):
    # Bytes that are not UTF-8 become characters that no text may have: Pydantic refuses them in their own row.
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        reader = csv.reader(file)
        header = next(reader)
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                yield line, header, cells
            line = reader.line_num + 1


def errors_of(header, cells):
    record = {name: cell for name, cell in zip(header, cells) if cell != ""}
    errors = []
    if len(cells) != len(header):
        errors.append(["", "columns", str(len(cells))])
    try:
        CustomerFlat.model_validate(record)
    except ValidationError as error:
        for one in error.errors(include_url=False, include_context=False):
            field = str(one["loc"][0]) if one["loc"] else ""
            cell = record.get(field, "").encode(errors="replace").decode()
            errors.append([field, one["type"], cell])
    return errors, record.get("customer_id")


def main(path):
    seen = set()
    judged = 0
    for line, header, cells in rows(path):
        judged += 1
        errors, key = errors_of(header, cells)
        if key is not None and key in seen:
            errors.append(["customer_id", "unique", key])
        seen.add(key)
        if errors:
            print(json.dumps({"line": line, "errors": errors}))
    print(json.dumps({"rows": judged}))


if __name__ == "__main__":
    csv.field_size_limit(sys.maxsize)
    main(sys.argv[1])
