"""A table of cohorts as a spreadsheet."""

import io

import xlsxwriter

HEADER_ROW = 3


class CohortSheet:
    """Writes what `get_cohort_data` returns: one sheet of shares, one of the values behind them.

    Both begin with the title and the measure, have one header in the fourth row, and below it a row
    for each cohort: its period, what it began with, and a column for each age or period.

    :param env: for the language of the reader
    :param str title: of the view
    :param str measure: label of what is counted
    :param str mode: 'retention' or 'churn'
    :param dict data: the table
    """

    def __init__(self, env, title, measure, mode, data):
        self.env, self.heading, self.measure = env, title, measure
        self.is_churn, self.data = mode == "churn", data

    def get_content(self):
        """Return the file.

        :rtype: bytes
        """
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output, {"in_memory": True})
        self.bold = book.add_format({"bold": True})
        self.share, self.number = book.add_format({"num_format": "0.0%"}), book.add_format()
        shares, values = (
            book.add_worksheet(self.env._("Shares")),
            book.add_worksheet(self.env._("Values")),
        )
        self._write_head(shares)
        self._write_head(values)
        for number, line in enumerate(self.data["rows"], HEADER_ROW + 1):
            self._write_line(shares, number, line, self._get_share, self.share)
            self._write_line(values, number, line, self._get_value, self.number)
        self._write_averages(shares)
        book.close()
        return output.getvalue()

    def _write_head(self, sheet):
        mode = self.env._("Churn") if self.is_churn else self.env._("Retention")
        sheet.write_string(0, 0, self.heading, self.bold)
        sheet.write_string(1, 0, f"{self.measure}: {mode}")
        heads = [self.env._("Cohort"), self.env._("Beginning"), *self.data["columns"]]
        for place, text in enumerate(heads):
            if text.isdigit() and place > 1:
                sheet.write_number(HEADER_ROW, place, int(text), self.bold)
            else:
                sheet.write_string(HEADER_ROW, place, text, self.bold)
        sheet.freeze_panes(HEADER_ROW + 1, 2)
        sheet.set_column(0, 0, 16)

    def _write_line(self, sheet, number, line, get, look):
        sheet.write_string(number, 0, line["label"])
        sheet.write_number(number, 1, line["size"])
        for place, left in enumerate(line["values"], 2):
            value = None if left is None else get(line["size"], left)
            if value is not None:
                sheet.write_number(number, place, value, look)

    def _write_averages(self, sheet):
        number = HEADER_ROW + 1 + len(self.data["rows"])
        sheet.write_string(number, 0, self.env._("All cohorts"), self.bold)
        sheet.write_number(number, 1, self.data["size"], self.bold)
        for place, rate in enumerate(self.data["averages"], 2):
            if rate is not None:
                sheet.write_number(number, place, 1 - rate if self.is_churn else rate, self.share)

    def _get_share(self, size, left):
        """Return a share of what a cohort began with, None where it began with nothing."""
        if not size:
            return None
        return (size - left) / size if self.is_churn else left / size

    def _get_value(self, size, left):
        return size - left if self.is_churn else left
