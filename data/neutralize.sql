-- A copy of a database bills nobody and charges nobody, even when its scheduled actions are
-- switched on again for a test: the saved methods of real customers are taken away from it.
UPDATE ir_cron
   SET active = false
  FROM ir_act_server
 WHERE ir_act_server.id = ir_cron.ir_actions_server_id
   AND ir_act_server.code IN (
       'model._cron_bill_subscriptions()',
       'model._cron_charge_subscriptions()',
       'model._cron_query_charges()',
       'model._cron_dun_subscriptions()',
       'model._cron_warn_of_expiry()',
       'model._cron_request_methods()',
       'model._cron_watch_customers()',
       'model._cron_call_webhooks()',
       'model._cron_mail_owners()'
   );

-- A charge that was begun, and whose provider was not called yet, is not resumed on the copy.
UPDATE payment_transaction
   SET state = 'cancel',
       state_message = 'neutralization - charge not resumed'
 WHERE subscription_invoice_id IS NOT NULL
   AND state = 'draft';

-- Saved methods of providers that are not for tests.
UPDATE payment_token
   SET active = false
  FROM payment_provider
 WHERE payment_provider.id = payment_token.provider_id
   AND payment_provider.state != 'test';
