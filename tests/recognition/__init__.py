from . import (
    test_recognition,
    test_recognition_changes,
    test_recognition_checks,
    test_recognition_discounts,
    test_recognition_entries,
    test_recognition_lines,
    test_recognition_odd,
    test_recognition_worlds,
)
