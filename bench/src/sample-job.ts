/** A small, realistic job: about 200 bytes of arguments, which BullMQ calls data. */
export const JOB_TYPE = 'email.send';

export const sampleEmail = (i: number) => ({
  to: `customer-${i}@example.com`,
  template: 'order-confirmation',
  locale: 'en-GB',
  order: { id: 482_110_000 + i, total: '129.90', currency: 'EUR', items: 3 },
  link: `https://shop.example.com/orders/${482_110_000 + i}`,
});

export const sampleArgs = (i: number): unknown[] => [sampleEmail(i)];
