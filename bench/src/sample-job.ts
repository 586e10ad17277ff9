/** A small, realistic job: about 200 bytes of arguments, as BullMQ calls them data. */
export const JOB_TYPE = 'email.send';

export const sampleArgs = (i: number): [Record<string, unknown>] => [
  {
    to: `customer-${i}@example.com`,
    template: 'order-confirmation',
    locale: 'en-GB',
    order: { id: 482_110_000 + i, total: '129.90', currency: 'EUR', items: 3 },
    link: `https://shop.example.com/orders/${482_110_000 + i}`,
  },
];
