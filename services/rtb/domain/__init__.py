"""The rules of outside auctions: values in, values out."""
