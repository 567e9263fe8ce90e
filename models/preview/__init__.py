from . import (
    sale_order_change,
    sale_order,
    sale_order_documents,
    simulation,
    sale_order_line,
)
