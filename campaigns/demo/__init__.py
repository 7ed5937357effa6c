"""The demo shop: true trade of a real gift shop, with invented people.

Orders, amounts, products and cancellations are those of 1,650 customers of Online Retail (Chen, D.
(2015). Online Retail. UCI Machine Learning Repository, CC BY 4.0), all dates moved by whole weeks.
The data knows no names, birthdays, addresses or consents: those are invented from a fixed seed, the
same on every machine. A marked share of the customers is **relocated**: about 500 of them did not
live where they live here, so that Türkiye, Ireland and every UTC offset of the world have somebody
to greet (`campaigns.demo.places`). Addresses end in example.com and example.org.
"""
