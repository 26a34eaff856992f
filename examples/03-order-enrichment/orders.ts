import { json, string, topic, topology } from 'millrace'

export interface Order {
  readonly customerId: string
  readonly sku: string
  readonly quantity: number
}

export interface Customer {
  readonly name: string
}

export interface Product {
  readonly price: number
}

export interface OrderWithCustomer extends Order {
  readonly customer: string
}

export interface Shipment {
  readonly status: 'packed' | 'sent'
}

export interface ShippedOrder extends OrderWithCustomer {
  readonly status: Shipment['status'] | 'open'
}

export interface PricedOrder extends ShippedOrder {
  readonly due: number
}

export const orders = topic('orders', { key: string, value: json<Order>() })
export const customers = topic('customers', { key: string, value: json<Customer>() })
export const shipments = topic('shipments', { key: string, value: json<Shipment>() })
export const products = topic('products', { key: string, value: json<Product>() })
export const pricedOrders = topic('priced-orders', { key: string, value: json<PricedOrder>() })

/** Orders with their customer and shipment, anew whenever one of them changes, and what they cost at the time. */
export const orderEnrichment = topology(import.meta.url, (b) => {
  // A foreign-key join: orders are by order id, customers by customer id.
  const withCustomers = b
    .table(orders)
    .join(
      b.table(customers),
      (order, customer): OrderWithCustomer => ({ ...order, customer: customer.name }),
      {
        foreignKey: (order) => order.customerId,
        value: json<OrderWithCustomer>(),
        store: { name: 'orders-with-customers' },
      },
    )
  // A join of tables by the same key, the order id: a shipment may be there, or come later.
  const shipped = withCustomers.leftJoin(
    b.table(shipments),
    (order, shipment): ShippedOrder => ({ ...order, status: shipment?.status ?? 'open' }),
    { value: json<ShippedOrder>(), store: { name: 'shipped-orders' } },
  )
  // A join with a table that each instance has whole: no partition to meet in.
  shipped
    .toStream()
    .filter((order) => order !== null)
    .join(
      b.globalTable(products),
      (order, product): PricedOrder => ({ ...order, due: order.quantity * product.price }),
      {
        keyOf: (order) => order.sku,
      },
    )
    .to(pricedOrders)
  return { shipped }
})
