from . import test_contract_page
