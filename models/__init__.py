# What a contract can be made on: templates, recurrences, stages, close reasons, the clock.
from . import terms

# What a period costs by the list: products, prices per recurrence, pricelists.
from . import pricing

# What was agreed and what holds today: order, lines, segments, gaps, state, locks; bills nothing.
from . import contract

# From what is due to posted documents and their ledger, and what people do to these documents.
from . import billing

# What would fall due: dry runs and simulation; nothing here writes.
from . import preview

# What a customer is asked for before the contract runs: due now, trial, ramp, set-up fee, page.
from . import quotation

# How money for a document comes in and goes back; no word of any provider.
from . import charging

# Which saved method pays a contract: replaced, missing, expiring, removed, mandated.
from . import saved_methods

# What one provider says and wants; it only fills hooks of charging and saved_methods.
from . import stripe

# What happens to a running contract: planned changes, pause, end, reopening, one or many.
from . import lifecycle

# Terms that end and go on, by themselves or by a quotation.
from . import renewal

# Paper that changes a running contract.
from . import amendment

# The next period billed or paid before it begins.
from . import pay_ahead

# What is done about money that is late, up to suspension and closing.
from . import dunning

# New prices for many contracts.
from . import campaign

# When what was invoiced is earned: deferred and accrued revenue, and the entries that say so.
from . import recognition

# What recurring revenue did: its ledger, and the figures that are read from it.
from . import analytics

# Which customers do well and which do not: facts of each contract, rules, verdicts, history.
from . import health

# What is done about what turned: flags and their log, webhooks, stages, requests for satisfaction.
from . import alerts

# Proves that the others told the truth; nobody calls it.
from . import checks

# What a customer reads of a contract, and may do alone by the room whose act it is.
from . import portal
