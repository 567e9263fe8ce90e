"""The billing run against plain Odoo: ratios measured in one process, interleaved."""
