// What a shop's server and its pages do with the official npm client, unmodified, one after the
// other; prints what they saw as JSON. VESILE holds the address, the keys and the origin.
import { createRequire } from 'node:module'

const { VoucherifyServerSide, VoucherifyClientSide } = createRequire(import.meta.url)('@voucherify/sdk')
const { url, server, pages, origin, folder } = JSON.parse(process.env.VESILE)
const shop = VoucherifyServerSide({
  apiUrl: url,
  applicationId: server.id,
  secretKey: server.token,
})
const page = VoucherifyClientSide({
  apiUrl: url,
  clientApplicationId: pages.id,
  clientSecretKey: pages.token,
  origin,
})
const seen = {}
const fs = createRequire(import.meta.url)('node:fs')

function file(name, text) {
  const path = `${folder}/${name}`
  fs.writeFileSync(path, text)
  return path
}

// What became of something told in the background, once the worker has been there.
async function became(started) {
  for (let tries = 0; tries < 600; tries++) {
    const action = await shop.asyncActions.get(started.async_action_id)
    if (['DONE', 'FAILED'].includes(action.status)) return action
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('nobody worked on it')
}

async function refusal(call) {
  try {
    await call
  } catch (error) {
    return { code: error.code, key: error.key, message: error.message }
  }
  throw new Error('this should have been refused')
}

const order = {
  source_id: '536365',
  metadata: { currency: 'GBP' },
  items: [
    { source_id: '85123A', quantity: 6, price: 255 },
    { product_id: 'prod_5h1pp1ng', quantity: 1, price: 495 },
  ],
}
const customer = { source_id: '17850' }
const asked = code => ({ redeemables: [{ object: 'voucher', id: code }], order, customer })

const campaign = await shop.campaigns.create({
  name: 'Spring 2026',
  campaign_type: 'DISCOUNT_COUPONS',
  type: 'AUTO_UPDATE',
  vouchers_count: 2,
  voucher: {
    type: 'DISCOUNT_VOUCHER',
    discount: { type: 'PERCENT', percent_off: 10 },
    redemption: { quantity: 1 },
    code_config: { prefix: 'JS-', length: 12 },
  },
  vesile: { currency: 'GBP' },
})
seen.campaign = campaign
seen.got = await shop.campaigns.get('Spring 2026')
seen.campaigns = await shop.campaigns.list({ limit: 5 })
seen.specific = await shop.campaigns.addCertainVoucher(campaign.id, 'JS-POSTER', {
  redemption: { quantity: 2 },
})
seen.random = await shop.campaigns.addVoucher(campaign.id, {})
seen.imported = await shop.campaigns.importVouchers(campaign.id, [{ code: 'JS-PARTNER' }])
seen.action = await shop.asyncActions.get(seen.imported.async_action_id)

seen.vouchers = await shop.vouchers.list({ campaign: 'Spring 2026', limit: 2 })
seen.disabled = await shop.vouchers.disable('JS-PARTNER')
seen.enabled = await shop.vouchers.enable('JS-PARTNER')
seen.updated = await shop.vouchers.update({ code: 'JS-PARTNER', metadata: { why: 'partner' } })
seen.standalone = await shop.vouchers.create({
  code: 'JS-TEN',
  type: 'DISCOUNT_VOUCHER',
  discount: { type: 'AMOUNT', amount_off: 1000 },
})

seen.published = await shop.distributions.publications.create({
  campaign: { name: 'Spring 2026', count: 1 },
  customer,
  source_id: 'thanks-1',
})
const code = seen.published.voucher.code
seen.validated = await shop.validations.validateStackable(asked(code))
seen.unknown = await shop.validations.validateStackable(asked('NO-SUCH-CODE'))
seen.redeemed = await shop.redemptions.redeemStackable(asked(code))
const redemption = seen.redeemed.redemptions[0].id
seen.redemption = await shop.redemptions.get(redemption)
seen.redemptions = await shop.redemptions.list({ limit: 5 })
seen.uses = await shop.redemptions.getForVoucher(code)
seen.rolled_back = await shop.redemptions.rollback(redemption, 'changed my mind')
seen.rolled_back_twice = await refusal(shop.redemptions.rollback(redemption, 'again'))
seen.stack = await shop.redemptions.redeemStackable({
  ...asked('JS-POSTER'),
  redeemables: ['JS-POSTER', seen.random.code].map(id => ({ object: 'voucher', id })),
  order: { ...order, source_id: '536366' },
})
seen.stack_rolled_back = await shop.redemptions.rollbackStackable(
  seen.stack.parent_redemption.id,
  { reason: 'all of it' },
)

seen.page_validated = await page.validateStackable(asked('JS-POSTER'))
seen.page_unknown = await page.validateStackable(asked('NO-SUCH-CODE'))
seen.page_redeemed = await page.redeemStackable({
  ...asked('JS-POSTER'),
  order: { ...order, source_id: '536367' },
})
seen.page_refused = await refusal(page.redeemStackable(asked('NO-SUCH-CODE')))
seen.page_event = await page.track('cart_seen', customer, { items: 1 }).catch(error => error.key)

seen.customer = await shop.customers.create({
  source_id: 'js-1', name: 'Ada Lovelace', email: 'ada@example.com',
})
seen.product = await shop.products.create({ source_id: 'mug', name: 'Mug', price: 900 })
seen.order = await shop.orders.create({
  source_id: 'o-1', status: 'PAID', customer, items: [{ source_id: 'mug', quantity: 1, price: 900 }],
})
seen.order_changed = await shop.orders.update({ source_id: 'o-1', status: 'FULFILLED' })
seen.order_got = await shop.orders.get('o-1')
seen.orders = await shop.orders.list({ limit: 5 })
seen.customer_changed = await shop.customers.update({ source_id: 'js-1', description: 'Counts' })
seen.customer_got = await shop.customers.get('js-1')
seen.customers = await shop.customers.list({ limit: 5, email: 'ada@example.com' })

seen.product_changed = await shop.products.update({ id: seen.product.id, price: 950 })
seen.sku = await shop.products.createSku('mug', { source_id: 'mug-red', sku: 'Red mug', price: 990 })
seen.sku_changed = await shop.products.updateSku('mug', { id: seen.sku.id, price: 980 })
seen.sku_got = await shop.products.getSku('mug-red')
seen.skus = await shop.products.listSkus('mug')
seen.products = await shop.products.list({ limit: 5 })
await shop.products.deleteSku('mug', 'mug-red', { force: true })
seen.sku_gone = await refusal(shop.products.getSku('mug-red'))
await shop.products.create({ source_id: 'sample' })
await shop.products.delete('sample')
seen.product_gone = await refusal(shop.products.get('sample'))

seen.event = await shop.events.create('review', { customer, metadata: { rating: 5 } })
seen.publications = await shop.distributions.publications.list({ customer: '17850' })
seen.actions = await shop.asyncActions.list({ limit: 5 })
seen.many = await shop.campaigns.addVoucher(campaign.id, {}, { vouchers_count: 3 })
seen.campaign_changed = await shop.campaigns.update(campaign.id, { description: 'For all' })
seen.switched_off = await shop.campaigns.disable(campaign.id)
seen.switched_on = await shop.campaigns.enable(campaign.id)

// As older versions of the client ask: one code, in the address.
seen.old_validated = await shop.validations.validateVoucher('JS-POSTER', { order, customer })
seen.old_unknown = await shop.validations.validate('NO-SUCH-CODE', { order, customer })
seen.old_redeemed = await shop.redemptions.redeem('JS-POSTER', {
  order: { ...order, source_id: '536368' }, customer,
})
seen.old_refused = await refusal(shop.redemptions.redeem('NO-SUCH-CODE', { order }))
seen.old_rolled_back = await shop.redemptions.rollback(seen.old_redeemed.id, {
  reason: 'wrong size', tracking_id: 'till-4',
})
const one = { source_id: '85123A', quantity: 6, price: 255 }
seen.page_old_validated = await page.validate({
  code: ' JS-POSTER ', items: [one], orderMetadata: { currency: 'GBP' }, customer,
})
seen.page_old_amount = await page.validate({
  code: 'JS-POSTER', amount: 2000, orderMetadata: { currency: 'GBP' },
  session_type: 'LOCK', session_key: 'cart-1', session_ttl: 5, session_ttl_unit: 'MINUTES',
})
seen.page_old_unknown = await page.validate('NO-SUCH-CODE')
await shop.vouchers.releaseValidationSession('JS-POSTER', 'cart-1')
seen.page_old_redeemed = await page.redeem('JS-POSTER', {
  customer, order: { ...order, source_id: '536369' },
})

// Many at once, in the background.
seen.bulk_customers = await became(await shop.customers.updateInBulk([
  { source_id: 'js-3', name: 'Joan Clarke' }, { source_id: 'js-4', email: 'nonsense' },
]))
seen.bulk_customer_metadata = await became(await shop.customers.updateMetadataInBulk({
  source_ids: ['js-1', 'js-3'], metadata: { vip: true },
}))
seen.customer_file = await became(await shop.customers.importCSV(
  file('customers.csv', 'source_id,name,Shoe\njs-5,Mary Shaw,38\n'),
))
seen.bulk_products = await became(await shop.products.bulkUpdate([
  { source_id: 'mug', name: 'Large mug', price: 1100 },
]))
seen.bulk_product_metadata = await became(await shop.products.bulkUpdateMetadata({
  source_ids: ['mug'], metadata: { shelf: '7B' },
}))
seen.product_file = await became(await shop.products.importCSV(
  file('products.csv', 'name,source_id,price\nBowl,bowl,1200\n'),
))
seen.sku_file = await became(await shop.products.importSkusCSV(
  file('skus.csv', 'product_id,source_id,sku,price\nbowl,bowl-s,Small bowl,800\n'),
))
seen.imported_orders = await became(await shop.orders.import([
  { source_id: 'o-2', status: 'PAID', customer: { source_id: 'js-3' }, amount: 500 },
]))
seen.imported_codes = await became(await shop.vouchers.import([
  { code: 'JS-FIVE', type: 'DISCOUNT_VOUCHER', discount: { type: 'AMOUNT', amount_off: 500 } },
]))
seen.code_file = await became(await shop.vouchers.importCSV(
  file('codes.csv', 'Code,Value,Discount Type\nJS-HALF,50,PERCENT\n'),
))
seen.campaign_file = await became(await shop.campaigns.importVouchersCSV(
  campaign.id, file('cards.csv', 'code\nJS-CARD-1\nJS-CARD-2\n'),
))
seen.bulk_codes = await became(await shop.vouchers.bulkUpdate([
  { code: 'JS-FIVE', metadata: { printed: 'May' } },
]))
seen.bulk_code_metadata = await became(await shop.vouchers.bulkUpdateMetadata({
  codes: ['JS-FIVE', 'JS-HALF'], metadata: { drawer: 2 },
}))
seen.scrolled = []
for await (const one of shop.customers.scroll({ limit: 1 })) seen.scrolled.push(one.source_id)
seen.scrolled_up = []
for await (const one of shop.customers.scroll({ limit: 2, order: 'created_at' })) {
  seen.scrolled_up.push(one.source_id)
}

await shop.vouchers.delete('JS-PARTNER')
seen.gone = await refusal(shop.vouchers.get('JS-PARTNER'))
await shop.customers.delete('js-1')
seen.customer_gone = await refusal(shop.customers.get('js-1'))
await shop.customers.create({ source_id: 'js-2' })
seen.forgotten = await shop.customers.deletePermanently('js-2')
await shop.campaigns.delete(campaign.id)
seen.deleted = await refusal(shop.campaigns.get(campaign.id))

console.log(JSON.stringify(seen))
