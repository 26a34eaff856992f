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

export interface PricedOrder extends OrderWithCustomer {
  readonly due: number
}

export const orders = topic('orders', { key: string, value: json<Order>() })
export const customers = topic('customers', { key: string, value: json<Customer>() })
export const products = topic('products', { key: string, value: json<Product>() })
export const pricedOrders = topic('priced-orders', { key: string, value: json<PricedOrder>() })

/** Orders with the name of their customer, also when he changes it later, and what they cost at the time. */
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
  // A join with a table that each instance has whole: no partition to meet in.
  withCustomers
    .toStream()
    .filter((order) => order !== null)
    .join(
      b.globalTable(products),
      (order, product): PricedOrder => ({ ...order, due: order.quantity * product.price }),
      {
        keyOf: (_orderId, order) => order.sku,
      },
    )
    .to(pricedOrders)
  return { withCustomers }
})
