from . import (
    subscription_price,
    subscription_price_lookup,
    product_template,
    product_product,
    product_pricelist,
    product_pricelist_item,
)
