"""What recurring revenue did: movements from day to day, ratios, cohorts, forecasts.

Values in, values out, as the whole engine. Amounts are `Decimal` (monthly values with six
decimals), ratios are `Fraction` or None where the denominator is 0: nobody knows them then.
"""
